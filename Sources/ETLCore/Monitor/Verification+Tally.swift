internal import PostgresClient

extension Verification {
    /// Runs a part of a check and adds its time to the check's.
    mutating func measure<Value>(_ check: Check, _ body: (inout Verification) throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try body(&self)
        self[check].seconds += (ContinuousClock.now - start).seconds
        return value
    }

    /// The result of a check, made where it is missing.
    subscript(check: Check) -> CheckResult {
        get { checks.first { $0.name == check } ?? CheckResult(check) }
        set {
            if let index = checks.firstIndex(where: { $0.name == check }) {
                checks[index] = newValue
            } else {
                checks.append(newValue)
            }
        }
    }

    /// Adds one difference; beyond the limit it is counted only.
    mutating func add(_ difference: Difference) {
        if room(difference.check) > 0 { differences.append(difference) }
        self[difference.check].differenceCount += 1
    }

    /// Adds what a statement listed: rows with `batch_id`, `id`, `subject`, `stored`, `recomputed`, and in each the
    /// number of all as `difference_count`.
    ///
    /// - Returns: the number of all.
    @discardableResult
    mutating func add(_ check: Check, _ rows: Rows) throws -> Int {
        let total = try rows.first?.get("difference_count", as: Int.self) ?? 0
        for row in rows.prefix(room(check)) {
            differences.append(
                Difference(
                    check: check, batchID: try row.getOptional("batch_id"), id: try row.getOptional("id"),
                    subject: try row.get("subject"), stored: try row.getOptional("stored"),
                    recomputed: try row.getOptional("recomputed")))
        }
        self[check].differenceCount += total
        return total
    }

    /// How many differences of a check may still be listed.
    private func room(_ check: Check) -> Int { limit - differences.count { $0.check == check } }
}
