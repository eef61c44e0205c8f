"""The 2009 archive that the demo loads: facts as frozen records, texts as package data, files made from them."""
