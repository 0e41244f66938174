using System.Numerics;
using System.Security.Cryptography;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Checking;

/// <summary>
/// Finds images that occur more than once, within a split or in two splits, where they make the evaluation too good: files with equal bytes, and images
/// with similar perceptual hashes. Of a group of equal or similar images, each is compared with one of them, so that it is reported once.
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
    /// Returns images whose hash differs in at most <paramref name="maxDistance"/> bits from that of an earlier image with the same shape, and this image. Such
    /// hashes have at least one equal block if there are more blocks than differing bits, so that only images with an equal block are compared.
    /// </summary>
    private static IEnumerable<(CheckedFile First, CheckedFile Second)> FindSimilar(IReadOnlyList<CheckedFile> files, int maxDistance)
    {
        var blocks = Math.Max(Blocks, maxDistance + 1);
        var bits = HashBits / blocks;
        // Images that look like no earlier one, by each block of their hash.
        var unlike = new Dictionary<(int Block, ulong Bits), List<CheckedFile>>();
        foreach (var file in files)
        {
            if (file.Hash is not { } hash)
                continue;
            var keys = Enumerable.Range(0, blocks).Select(block => (Block: block, Bits: (hash >> (block * bits)) & ((1UL << bits) - 1))).ToArray();
            var similar = keys.SelectMany(key => unlike.GetValueOrDefault(key, []))
                .FirstOrDefault(other => BitOperations.PopCount(other.Hash!.Value ^ hash) <= maxDistance && HaveSameShape(other, file));
            if (similar is not null)
            {
                yield return (similar, file);
                continue;
            }

            foreach (var key in keys)
            {
                if (!unlike.TryGetValue(key, out var others))
                    unlike.Add(key, others = []);
                others.Add(file);
            }
        }
    }

    private static bool HaveSameShape(CheckedFile first, CheckedFile second) =>
        Math.Abs(Math.Log((double)first.Width * second.Height / ((double)first.Height * second.Width))) < .05;
}
