print("Welcome to my program!", flush=True)
