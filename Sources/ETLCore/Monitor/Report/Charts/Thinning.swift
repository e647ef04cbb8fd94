/// Which of many batches a page shows: the newest all, of the older ones every k-th, and those worth a look.
struct Thinning: Hashable, Sendable {
    /// The batches that are shown, in order.
    let shown: [Int]
    /// The first batch from which on all are shown, and k; nil where all are shown anyway.
    let older: (before: Int, every: Int)?

    /// Chooses from batches in order.
    ///
    /// - Parameters:
    ///   - recent: how many of the newest are shown all.
    ///   - older: how many of the older ones are shown at most.
    ///   - kept: batches that are shown in any case.
    init(_ batches: [Int], recent: Int, older limit: Int, keeping kept: Set<Int> = []) {
        let olderCount = batches.count - recent
        guard olderCount > limit, limit > 0, recent > 0 else {
            (shown, older) = (batches, nil)
            return
        }
        let every = (olderCount + limit - 1) / limit
        // Counted from the oldest: it is always shown.
        shown = batches.enumerated().filter { index, batch in
            index >= olderCount || index % every == 0 || kept.contains(batch)
        }.map(\.element)
        older = (batches[olderCount], every)
    }

    private init(shown: [Int], older: (before: Int, every: Int)?) { (self.shown, self.older) = (shown, older) }

    /// The same batches, and others after them.
    func extended(by future: [Int]) -> Thinning { Thinning(shown: shown + future, older: older) }

    /// What was left out, in words; nil where nothing was.
    var sentence: String? {
        older.map { older in
            "Of the batches before \(older.before), every \(ordinal(older.every)) is shown, and the newest with an alarm."
        }
    }

    static func == (one: Thinning, other: Thinning) -> Bool {
        one.shown == other.shown && one.older?.before == other.older?.before && one.older?.every == other.older?.every
    }

    func hash(into hasher: inout Hasher) { hasher.combine(shown) }
}

/// 2nd, 3rd, 11th.
func ordinal(_ number: Int) -> String {
    switch (number % 100, number % 10) {
    case (11...13, _): "\(number)th"
    case (_, 1): "\(number)st"
    case (_, 2): "\(number)nd"
    case (_, 3): "\(number)rd"
    default: "\(number)th"
    }
}
