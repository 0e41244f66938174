using System.Numerics;
using System.Security.Cryptography;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Checking;

/// <summary>
/// Finds images that occur more than once, within a split or in two splits, where they make the evaluation too good: files with equal bytes, and images
/// with similar perceptual hashes.
/// </summary>
internal static class DuplicateImageCheck
{
    private const int HashBits = 64, Blocks = 4;

    public static void Check(IReadOnlyList<CheckedFile> files, DatasetCheckOptions options, ProblemLog log, CancellationToken cancellationToken)
    {
        var reported = new HashSet<(string, string)>();
        foreach (var group in FindEqual(files, cancellationToken))
            for (var i = 1; i < group.Count; i++)
                Report(group[0], group[i], "is the same file as", reported, log);
        foreach (var (first, second) in FindSimilar(files, options.MaxHashDistance))
            Report(first, second, "looks like", reported, log);
    }

    private static void Report(CheckedFile first, CheckedFile second, string relation, HashSet<(string, string)> reported, ProblemLog log)
    {
        if (first.Path == second.Path && ReferenceEquals(first.Dataset, second.Dataset) || !reported.Add((first.Path, second.Path)))
            return;
        log.AddWarning(second.Path, "", ReferenceEquals(first.Dataset, second.Dataset)
            ? $"{relation} {first.Path}: it counts twice in training; remove one"
            : $"{relation} {first.Path}: one is in {first.Dataset.Source}, the other in {second.Dataset.Source}; a model is then evaluated on images that it was trained on. Split again");
    }

    /// <summary>Returns groups of files with equal bytes. Only files of equal length are read.</summary>
    private static IEnumerable<List<CheckedFile>> FindEqual(IReadOnlyList<CheckedFile> files, CancellationToken cancellationToken) =>
        files.GroupBy(file => file.File.Length).Where(group => group.Count() > 1)
            .AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .SelectMany(group => group.GroupBy(file => file.File).Select(same => (File: same.ToList(), Hash: Convert.ToHexString(SHA256.HashData(DataFiles.ReadBytes(same.Key)))))
                .GroupBy(item => item.Hash).Select(equal => equal.SelectMany(item => item.File).ToList()).Where(equal => equal.Count > 1));

    /// <summary>
    /// Returns pairs of images whose hashes differ in at most <paramref name="maxDistance"/> bits and that have the same shape. Such hashes have at least
    /// one equal block if there are more blocks than differing bits, so that only images with an equal block are compared.
    /// </summary>
    private static IEnumerable<(CheckedFile First, CheckedFile Second)> FindSimilar(IReadOnlyList<CheckedFile> files, int maxDistance)
    {
        var hashed = files.Where(file => file.Hash is not null).ToArray();
        var blocks = Math.Max(Blocks, maxDistance + 1);
        var bits = HashBits / blocks;
        for (var block = 0; block < blocks; block++)
        {
            var (shift, mask) = (block * bits, (1UL << bits) - 1);
            foreach (var group in hashed.GroupBy(file => (file.Hash!.Value >> shift) & mask))
            {
                var members = group.ToArray();
                for (var i = 0; i < members.Length; i++)
                    for (var j = i + 1; j < members.Length; j++)
                        if (BitOperations.PopCount(members[i].Hash!.Value ^ members[j].Hash!.Value) <= maxDistance && HaveSameShape(members[i], members[j]))
                            yield return (members[i], members[j]);
            }
        }
    }

    private static bool HaveSameShape(CheckedFile first, CheckedFile second) =>
        Math.Abs(Math.Log((double)first.Width * second.Height / ((double)first.Height * second.Width))) < .05;
}
