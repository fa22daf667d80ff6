"""Who somebody is and for whom they act: sign-in, sessions, delegations, mandates, codes, API keys."""
