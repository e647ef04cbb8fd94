internal import Foundation

/// Finds raw batches: the files of a folder, one file, or standard input.
public enum BatchFolder {
    /// Lists the raw batches under a path, in the order of their numbers: 10 comes after 9.
    ///
    /// - Parameters:
    ///   - path: a folder, a file, or `-` for standard input.
    ///   - batchID: number for a single file or standard input; a file called `batch_<N>.json` has its own.
    ///   - format: how standard input is written; files tell by their names.
    ///   - onIgnored: receives the names of files that look like batches but cannot be loaded.
    /// - Returns: at most one source per batch.
    /// - Throws: `JobError`: 66 where there is no such path, 64 where a number is missing, 65 where two files have
    ///   the same number.
    public static func sources(
        at path: String, batchID: Int? = nil, format: BatchFormat = .jsonArray, onIgnored: (String) -> Void = { _ in }
    ) throws -> [BatchSource] {
        if path == "-" {
            guard let batchID else {
                throw JobError(.usage, "Rows from standard input need a number: --batch-id N.")
            }
            return [
                BatchSource(
                    batchID: batchID, location: .standardInput, format: format, byteSize: nil, modifiedAtSeconds: nil)
            ]
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw JobError(
                .noInput, "There is no file or folder \(path).",
                advice: "Name the folder of the raw batches: etl-job run PATH. `etl-job sample` writes some to try.")
        }
        guard isFolder.boolValue else { return [try single(path, batchID: batchID, format: format)] }
        if batchID != nil {
            throw JobError(.usage, "--batch-id goes with one file or standard input; \(path) is a folder.")
        }
        return try folder(path, onIgnored: onIgnored)
    }

    private static func single(_ path: String, batchID: Int?, format: BatchFormat) throws -> BatchSource {
        let parsed = parse(fileName: fileName(path))
        guard let batchID = batchID ?? parsed?.batchID else {
            throw JobError(
                .usage, "\(path) is not called batch_<N>.json, .ndjson or .jsonl, so it needs a number: --batch-id N.")
        }
        return try source(path, batchID: batchID, format: parsed?.format ?? self.format(ofFile: path) ?? format)
    }

    private static func folder(_ path: String, onIgnored: (String) -> Void) throws -> [BatchSource] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw JobError(.noInput, "The folder \(path) cannot be read: \(error.localizedDescription)")
        }
        var sources: [Int: BatchSource] = [:]
        for name in names {
            let filePath = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            guard let parsed = parse(fileName: name) else {
                if name.lowercased().hasPrefix("batch") { onIgnored(filePath) }
                continue
            }
            if let other = sources[parsed.batchID] {
                throw JobError(
                    .dataRefused, "Two files hold batch \(parsed.batchID): \(other.name) and \(filePath).",
                    advice: "Keep one of them, or give one the number of a later batch.")
            }
            sources[parsed.batchID] = try source(filePath, batchID: parsed.batchID, format: parsed.format)
        }
        return sources.values.sorted { $0.batchID < $1.batchID }
    }

    private static func source(_ path: String, batchID: Int, format: BatchFormat) throws -> BatchSource {
        let attributes: [FileAttributeKey: Any]
        do {
            let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: target)
        } catch {
            throw JobError(.noInput, "The file \(path) cannot be read: \(error.localizedDescription)")
        }
        // A pipe or a device has no size of its own.
        let isRegular = attributes[.type] as? FileAttributeType == .typeRegular
        return BatchSource(
            batchID: batchID, location: .file(path), format: format,
            byteSize: isRegular ? (attributes[.size] as? NSNumber)?.intValue : nil,
            modifiedAtSeconds: isRegular ? (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 : nil)
    }

    /// The largest number of a batch: beyond it a partition's range would leave the database's integers.
    public static let largestBatchID = Int.max / 2

    /// Reads number and format from a file's name; nil where it is not the name of a batch.
    static func parse(fileName: String) -> (batchID: Int, format: BatchFormat)? {
        guard fileName.hasPrefix("batch_"), let dot = fileName.firstIndex(of: "."),
            let format = format(ofFile: fileName)
        else { return nil }
        let digits = fileName[..<dot].dropFirst("batch_".count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let batchID = Int(digits),
            batchID <= largestBatchID,
            ["json", "ndjson", "jsonl"].contains(fileName[fileName.index(after: dot)...])
        else { return nil }
        return (batchID, format)
    }

    private static func format(ofFile path: String) -> BatchFormat? {
        if path.hasSuffix(".json") { return .jsonArray }
        return path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl") ? .jsonLines : nil
    }

    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
