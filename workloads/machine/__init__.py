"""What machine this is: its processor, what that can do, and how much of it may be used."""
