"""The consequences: red and black lists, memoranda, joint action, the check every counter makes (国发〔2016〕33号)."""
