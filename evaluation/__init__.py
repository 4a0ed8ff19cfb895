"""How the work of credit stands in each place (国发〔2014〕21号六（四）). Reads everything below, orders nothing."""
