"""Lists of people who are to come: read (`reading`), judged line by line (`judging`), and carried out (`carrying_out`)."""
