"""Every rule of the product, one file each; the table in `registry` names them all."""
