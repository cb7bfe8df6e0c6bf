"""What can be asked for, one frozen record a kind; design/request.py lists them and reads them from JSON."""
