"""The way back: repair, objection, correction, complaint, and what a reconsideration or lawsuit has decided."""
