"""Print any form: as a workbook, a page, a table or a document; never one printer per form."""
