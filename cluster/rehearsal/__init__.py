"""The rehearsal: the real `ray up`, against EC2 emulated on this machine."""
