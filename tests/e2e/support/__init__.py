"""What the suites stand on: the gateway under test, stand-in providers, certificates, faults and witnesses."""
