"""Audio streams and their calls, in the form of Vobiz (`/api/v1/Account…`) and Plivo (`/v1/Account…`)."""
