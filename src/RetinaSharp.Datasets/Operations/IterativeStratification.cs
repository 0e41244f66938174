namespace RetinaSharp.Datasets.Operations;

/// <summary>
/// Iterative stratification: distributes examples with several labels each to subsets, so that each label has about the same proportion in
/// each subset. Labels with few examples are distributed first.
/// </summary>
/// <remarks>
/// K. Sechidis, G. Tsoumakas, I. Vlahavas: On the Stratification of Multi-Label Data. ECML PKDD 2011, algorithm 1. Here an example is a group
/// of images, and counts as many examples of a label as it has images with the label; large groups are distributed before small ones.
/// </remarks>
internal static class IterativeStratification
{
    /// <summary>Returns the index of the subset of each group.</summary>
    /// <param name="sizes">Number of images of each group.</param>
    /// <param name="labels">For each group, its labels with the number of its images that have the label.</param>
    /// <param name="labelCount">Number of labels.</param>
    /// <param name="fractions">Fraction of the images in each subset; the sum is 1.</param>
    /// <param name="random">Chooses between equal subsets, and the order of equal groups.</param>
    public static int[] Assign(int[] sizes, IReadOnlyDictionary<int, int>[] labels, int labelCount, double[] fractions, SeededRandom random)
    {
        var order = Enumerable.Range(0, sizes.Length).ToArray();
        random.Shuffle<int>(order);
        var withLabel = new List<int>[labelCount];
        var totals = new long[labelCount];
        for (var label = 0; label < labelCount; label++)
            withLabel[label] = [];
        foreach (var group in order)
        {
            foreach (var (label, count) in labels[group])
            {
                withLabel[label].Add(group);
                totals[label] += count;
            }
        }

        // How many images, and how many images with each label, each subset still lacks.
        var images = (double)sizes.Sum(size => (long)size);
        var lacking = fractions.Select(fraction => fraction * images).ToArray();
        var lackingOfLabel = fractions.Select(fraction => totals.Select(total => fraction * total).ToArray()).ToArray();
        var left = (long[])totals.Clone();
        var subsets = new int[sizes.Length];
        Array.Fill(subsets, -1);

        while (Rarest(left) is { } rarest)
        {
            foreach (var group in withLabel[rarest].Where(group => subsets[group] < 0).OrderByDescending(group => labels[group][rarest]).ToArray())
                Put(group, Choose(subset => (lackingOfLabel[subset][rarest], lacking[subset])));
            left[rarest] = 0;
        }

        foreach (var group in order.Where(group => subsets[group] < 0).OrderByDescending(group => sizes[group]).ToArray())
            Put(group, Choose(subset => (lacking[subset], 0)));
        return subsets;

        void Put(int group, int subset)
        {
            subsets[group] = subset;
            lacking[subset] -= sizes[group];
            foreach (var (label, count) in labels[group])
            {
                lackingOfLabel[subset][label] -= count;
                left[label] -= count;
            }
        }

        int Choose(Func<int, (double, double)> need)
        {
            var best = new List<int>();
            var most = (double.NegativeInfinity, double.NegativeInfinity);
            for (var subset = 0; subset < fractions.Length; subset++)
            {
                if (fractions[subset] == 0)
                    continue;
                var own = need(subset);
                var comparison = own.CompareTo(most);
                if (comparison > 0)
                    (best, most) = ([], own);
                if (comparison >= 0)
                    best.Add(subset);
            }

            return best[best.Count == 1 ? 0 : random.Next(best.Count)];
        }
    }

    /// <summary>Returns the label with the fewest examples that are not distributed yet; null if all are.</summary>
    private static int? Rarest(long[] left)
    {
        int? rarest = null;
        for (var label = 0; label < left.Length; label++)
            if (left[label] > 0 && (rarest is not { } other || left[label] < left[other]))
                rarest = label;
        return rarest;
    }
}
