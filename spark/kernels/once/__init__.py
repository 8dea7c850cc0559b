"""The once clock in full: cascades with one example needed or several, thresholds of any law, delays, noise, and all
that plans change. Two rules have faster kernels of their own, which give the same bytes: one example needed, and ties
that are counted (`spark.kernels.cascade`, `spark.kernels.counting`).

A tie delivers once, a delay after its source adopted, and from then on counts with the highest level of readiness that
its target has had (the largest dose that the source has had so far): a boost that comes later lifts what was delivered
before, and coming earlier never hurts. An added tie delivers likewise, or in the first step of its window if that is
later. What happens later than in the next step waits in a calendar, a list of events for each step to come.
"""
