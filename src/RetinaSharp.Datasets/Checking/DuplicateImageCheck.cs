using System.Numerics;
using System.Security.Cryptography;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Checking;

/// <summary>
/// Finds images that occur more than once, within a split or in two splits, where they make the evaluation too good: files with equal bytes, and images
/// with similar perceptual hashes. Each image is reported once, with one that it equals or looks like.
/// </summary>
internal static class DuplicateImageCheck
{
    private const int HashBits = 64, Blocks = 4;

    public static void Check(IReadOnlyList<CheckedFile> files, DatasetCheckOptions options, ProblemLog log, CancellationToken cancellationToken)
    {
        var reported = new HashSet<CheckedFile>(ReferenceEqualityComparer.Instance);
        foreach (var group in FindEqual(files, cancellationToken))
            for (var i = 1; i < group.Count; i++)
                Report(group[0], group[i], "is the same file as", reported, log);
        foreach (var (first, second) in FindSimilar(files, options.MaxHashDistance))
            Report(first, second, "looks like", reported, log);
    }

    private static void Report(CheckedFile first, CheckedFile second, string relation, HashSet<CheckedFile> reported, ProblemLog log)
    {
        if (first.Path == second.Path && ReferenceEquals(first.Dataset, second.Dataset) || !reported.Add(second))
            return;
        log.AddWarning(second.Path, "", ReferenceEquals(first.Dataset, second.Dataset)
            ? $"{relation} {first.Path}: it counts twice in training; remove one"
            : $"{relation} {first.Path}: one is in {first.Dataset.Source}, the other in {second.Dataset.Source}; a model is then evaluated on images that it was trained on. Split again");
    }

    /// <summary>Returns groups of files with equal bytes. Only files of equal length are read.</summary>
    private static IEnumerable<List<CheckedFile>> FindEqual(IReadOnlyList<CheckedFile> files, CancellationToken cancellationToken) =>
        files.GroupBy(file => file.File.Length).Where(group => group.Count() > 1)
            .AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .SelectMany(group => group.GroupBy(file => file.File).Select(same => (File: same.ToList(), Hash: Hash(same.Key))).Where(item => item.Hash is not null)
                .GroupBy(item => item.Hash).Select(equal => equal.SelectMany(item => item.File).ToList()).Where(equal => equal.Count > 1));

    /// <summary>Returns the hash of a file's bytes; null if the file cannot be read, which is reported with the other bad images.</summary>
    private static string? Hash(ImageFile file)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(DataFiles.ReadBytes(file)));
        }
        catch (DatasetException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns images whose hash differs in at most <paramref name="maxDistance"/> bits from that of an earlier image with the same shape, and this image: one
    /// in another dataset, if there is one. Such hashes have at least one equal block if there are more blocks than differing bits, so that only images with
    /// an equal block are compared.
    /// </summary>
    private static IEnumerable<(CheckedFile First, CheckedFile Second)> FindSimilar(IReadOnlyList<CheckedFile> files, int maxDistance)
    {
        var blocks = Math.Max(Blocks, maxDistance + 1);
        var bits = HashBits / blocks;
        // By number: to compare records is slow.
        var sets = new Dictionary<DetectionDataset, int>(ReferenceEqualityComparer.Instance);
        // All earlier images, by their dataset and each block of their hash.
        var index = new Dictionary<(int Set, int Block, ulong Bits), List<CheckedFile>>();
        foreach (var file in files)
        {
            if (file.Hash is not { } hash)
                continue;
            sets.TryAdd(file.Dataset, sets.Count);
            var own = sets[file.Dataset];
            var keys = Enumerable.Range(0, blocks).Select(block => (Block: block, Bits: (hash >> (block * bits)) & ((1UL << bits) - 1))).ToArray();
            // The own dataset last: an image in two splits is worse than one that counts twice.
            if (Enumerable.Range(0, sets.Count).OrderBy(set => set == own).Select(Find).FirstOrDefault(similar => similar is not null) is { } first)
                yield return (first, file);
            // Also an image that looks like another one: a later image may look like this one alone.
            foreach (var (block, value) in keys)
            {
                if (!index.TryGetValue((own, block, value), out var others))
                    index.Add((own, block, value), others = []);
                others.Add(file);
            }

            CheckedFile? Find(int set) => keys.SelectMany(key => index.GetValueOrDefault((set, key.Block, key.Bits), []))
                .FirstOrDefault(other => BitOperations.PopCount(other.Hash!.Value ^ hash) <= maxDistance && HaveSameShape(other, file));
        }
    }

    private static bool HaveSameShape(CheckedFile first, CheckedFile second) =>
        Math.Abs(Math.Log((double)first.Width * second.Height / ((double)first.Height * second.Width))) < .05;
}
