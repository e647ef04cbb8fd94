internal import Foundation

/// Data that are not in `.local/`: a file there names their place, and a file of theirs names the folder.
extension StateFolder {
    /// Names the folder that the data belong to, and the inode of its `.local`.
    private var ownerFile: String { "\(base)/folder" }

    /// What the owner's file is to say.
    private var ownerRecord: String { "\(folder)\n\(FileFacts(local)?.inode ?? 0)\n" }

    /// A place that no other folder has: a folder's name would not do, as the folder can be moved.
    static func newSharedBase() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return "\(sharedFolder)/\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }

    /// Refuses a location that the job did not write, and one that came with a copy of the folder.
    func checkLocation() throws {
        let prefix = Self.sharedFolder + "/"
        let isOurs = base.hasPrefix(prefix) && base.dropFirst(prefix.count).allSatisfy(\.isHexDigit)
        guard isOurs, base.count == prefix.count + 16 else {
            throw JobError(
                .configuration, "\(locationFile) names \(base), which is no folder of a private PostgreSQL.",
                advice: "Remove \(locationFile).")
        }
        guard let record = smallFile(ownerFile), let here = FileFacts(local) else { return }
        let lines = record.split(separator: "\n").map(String.init)
        guard let owner = lines.first, owner != folder else { return }

        let ownersLocal = "\(owner)/\(Self.name)"
        if smallFile("\(ownersLocal)/location")?.trimmingCharacters(in: .newlines) == base {
            // The same folder may be seen at two paths.
            if let there = FileFacts(ownersLocal, followingLinks: true), there.isSameFile(as: here) { return }
            throw JobError(
                .configuration, "\(local) is a copy of the one in \(owner): its data are \(owner)'s.",
                advice: "Remove \(local), and the next run makes a database of its own.")
        }
        // The owner was moved: to here, or elsewhere with this a copy of it.
        guard lines.count > 1, lines[1] == "\(here.inode)" else {
            throw JobError(
                .configuration,
                "\(local) is not the one that was in \(owner) when its data were last used, but a copy of it.",
                advice: """
                    Remove \(local), and the next run makes a database of its own. Only where the original is no \
                    more, as after a move to another file system, take its data over:
                      echo \(ServerText.shellWord(folder)) > \(ownerFile)
                    """)
        }
    }

    /// Notes that the data are this folder's, whose name changes when it is moved; to be called under the lock.
    ///
    /// - Throws: `JobError` (78) where that cannot be written.
    func claim() throws {
        guard isElsewhere, FileFacts(base) != nil, smallFile(ownerFile) != ownerRecord else { return }
        try write(ownerRecord, to: ownerFile)
    }

    /// Makes the folder of the data, where that is another, and notes where it is.
    ///
    /// - Throws: `JobError` (78).
    func makeBase() throws {
        guard isElsewhere else { return }
        // The location first: what is made then is always found again.
        try write(base + "\n", to: locationFile)
        for path in [Self.sharedFolder, base] {
            if mkdir(path, 0o755) == 0 { chmod(path, 0o755) }
            guard let facts = FileFacts(path), facts.isDirectory, facts.owner == geteuid(), facts.mode & 0o022 == 0
            else {
                throw JobError(
                    .configuration, "Cannot keep the private PostgreSQL in \(path): \(systemErrorText()).",
                    advice: "It is to be a folder of root's that nobody else may write in.")
            }
        }
        try claim()
    }
}
