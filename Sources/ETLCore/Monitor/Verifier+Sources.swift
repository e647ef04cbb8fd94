internal import PostgresClient

extension Verifier {
    private static let contentPageSize = 100

    /// Hashes the raw files and compares them with what the ledger says was loaded.
    ///
    /// A batch without a file, or from SQL, is noted only: files may be kept elsewhere. The ledger is read in short
    /// transactions, for hashing may take long.
    func checkSources(_ sources: [BatchSource], _ verification: inout Verification) throws {
        let sourceOfBatch = Dictionary(sources.map { ($0.batchID, $0) }) { first, _ in first }
        verification[.sources] = CheckResult(.sources)
        var newest = -1
        while true {
            let page = try session.reading {
                try session.connection.execute(SQL.listBatchContents, [newest, Self.contentPageSize])
            }
            for row in page {
                newest = try row.get("batch_id")
                // Rows from SQL have no bytes that a file could have.
                let isFromFile = try SourceKind(ledgerName: row.get("source")) == .bytes
                guard isFromFile, let source = sourceOfBatch[newest] else {
                    verification.batchesWithoutFile += 1
                    continue
                }
                try verification.measure(.sources) { verification in
                    verification[.sources].lookedAt += 1
                    try compare(source, row, &verification)
                }
            }
            if page.count < Self.contentPageSize { return }
        }
    }

    private func compare(_ source: BatchSource, _ row: Row, _ verification: inout Verification) throws {
        let content = try BatchContent.summarise(source, check: session.interruption.check)
        let (byteSize, sha256): (Int, String) = (try row.get("byte_size"), try row.get("content_sha256"))
        func differ(_ subject: String, _ stored: String, _ recomputed: String) {
            verification.add(
                Difference(
                    check: .sources, batchID: source.batchID, id: nil, subject: subject, stored: stored,
                    recomputed: recomputed))
        }
        if content.byteSize != byteSize { differ("byte_size", "\(byteSize)", "\(content.byteSize)") }
        if content.sha256 != sha256 { differ("content_sha256", sha256, content.sha256) }
    }
}
