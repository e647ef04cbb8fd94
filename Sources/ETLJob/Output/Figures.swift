import ETLCore

/// A percentile as people read it; a dash where there is none.
func percentileText(_ value: Double?) -> String { value.map { decimal($0, 2) } ?? "–" }
