"""Put letters on paper: templates laid out to GB/T 9704-2012, and the DOCX made from them."""
