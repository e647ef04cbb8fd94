public import PostgresClient

extension Connection {
    /// All values of a query, as text; NULL is `NULL`.
    public func query(_ sql: String) throws -> [[String]] {
        var rows: [[String]] = []
        var current = ""
        try copyOut(Statement(name: "test_query", sql: "copy (\(sql)) to stdout with (format text, null 'NULL')")) {
            current += String(decoding: $0, as: UTF8.self)
        }
        for line in current.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            rows.append(line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
        }
        return rows
    }

    /// The single value of a query, as text.
    public func value(_ sql: String) throws -> String { try query(sql)[0][0] }

    /// Runs a script of a test.
    public func script(_ sql: String) throws { try executeScript(Statement(name: "test_script", sql: sql)) }

    /// Everything that the job has written, but growth, times and durations: equal texts are equal tables, doubles to
    /// the last bit.
    public func fingerprint() throws -> String {
        let tables = [
            "scores": "id, score, industry, percentile",
            "percentile_snapshots": "as_of_batch_id, id, scored_batch_id, score, industry, percentile",
            "batch_distributions": "batch_id, industry, score, asset_count",
            "distribution_snapshots": "lines.*",
            "drift_measurements": "lines.*",
            "drift_baselines": "baseline_id, first_batch_id, last_batch_id, pinned_by",
            "rejected_assets": "batch_id, row_number, id, score, industry, raw, reasons",
            "window_assets": "batch_id, id, score, industry",
            "staging_assets": "batch_id, row_number, raw",
            "inference_results": "inference_id, batch_id, id, score, industry, payload::text",
            "batches": """
            batch_id, content_sha256, read_count, accepted_count, rejected_count, byte_size, \
            window_first_batch_id, window_size, percentile_method, rescore, score_minimum, score_maximum, \
            snapshot_count, snapshot_checksum
            """,
        ]
        return try tables.sorted { $0.key < $1.key }.map { table, columns in
            let digest = try value(
                """
                select count(*) || ' ' || coalesce(md5(string_agg(line, chr(10) order by line collate "C")), '-')
                from (select row(\(columns))::text as line from \(table) as lines) as texts
                """)
            return "\(table): \(digest)"
        }.joined(separator: "\n")
    }
}
