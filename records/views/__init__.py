"""Pages on batches, records and subjects. Every query starts from `visible_to(user)`; nothing else exists."""
