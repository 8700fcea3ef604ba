"""The shapes of requests and answers; the lead itself is `gateway.intake.kit.schema.LeadIn`."""
