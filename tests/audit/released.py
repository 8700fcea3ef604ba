"""What was released: it may be added to, never changed, or old exports stop verifying."""

# Number, name and sentence of every event type: leaves hold the number, exports the name, reports the sentence.
RELEASED_TYPES = """
1 log.batch A batch of entries was sequenced and closed.
2 log.recovered A new log was started after a restore; it names the old head and why.
3 sequencer.took_over A sequencer took over the log.
100 lead.received A lead was received.
101 lead.verified The contact points of the lead were verified.
102 lead.enriched Fields were added to the lead by connectors.
103 lead.enrichment_skipped Enrichment was skipped.
104 lead.decided It was decided what may be done with the lead, for whom and until when.
105 lead.held The lead was held.
106 lead.rejected The lead was rejected.
107 lead.quarantined The lead was put into quarantine.
108 lead.replayed A quarantined lead was replayed.
109 lead.resolved A hold on the lead was ended with evidence.
110 lead.outcome Sales reported what became of the lead.
111 lead.released The lead was released: a destination has accepted it.
112 lead.retracted The lead was retracted.
113 lead.observations_expired What connectors had said of the lead was deleted: it could be kept no longer.
114 lead.observations_erased What a vendor had said of the lead was erased.
200 vendor.call_started A call to a data vendor was started.
201 vendor.call_finished A call to a data vendor ended.
202 vendor.erasures_read A vendor's list of the records that it has erased was read.
300 delivery.started A delivery attempt to a destination was started.
301 delivery.finished A delivery attempt to a destination ended.
302 delivery.cancelled A delivery was cancelled before it was sent.
303 delivery.dead A delivery was given up.
310 retraction.sent A destination was told to take a lead back.
311 retraction.acknowledged A destination confirmed that it took a lead back.
400 consent.recorded A consent, refusal or request for consent was recorded.
401 consent.withdrawn A consent was withdrawn.
402 objection.recorded An objection was recorded.
410 suppression.added A contact point was put on the suppression list.
411 suppression.lifted A suppression was lifted.
500 policy.accepted A policy rule was accepted.
501 notice.stored A notice text was stored.
502 source.changed A source of leads was changed.
503 destination.changed A destination was changed.
504 connectors.replaced A process was started in which a sandbox answers in place of data vendors.
505 register.imported A do-not-call register was imported.
506 register.removed A file of a do-not-call register was removed.
510 key.created A key was created.
511 key.revoked A key was revoked.
600 access.read Personal data were read.
601 access.refused Access was refused.
602 audit.exported The audit log was exported.
610 work.replayed Work that had been given up was tried again.
611 probes.resumed Mail servers that had refused to answer may be asked again.
700 erasure.requested The erasure of personal data was requested.
701 erasure.completed Personal data were erased; the receipt names the destroyed keys.
702 retention.completed Expired payloads were deleted; the receipt names the deleted entries.
"""
