using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>Groups boxes by class, so that the boxes of a class can be stored contiguously.</summary>
internal static class LabelGroups
{
    /// <summary>Numbers the classes in the order in which they occur, and assigns each a range of indices as long as its number of boxes.</summary>
    /// <param name="labels">Class ids, [n]; any integers.</param>
    /// <param name="group">Receives the number of each box's class, at least n elements.</param>
    /// <returns>Start of the range of each class.</returns>
    public static int[] Assign(ReadOnlySpan<int> labels, Span<int> group)
    {
        var groupOfLabel = new Dictionary<int, int>();
        var counts = new List<int>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (!groupOfLabel.TryGetValue(labels[i], out group[i]))
            {
                groupOfLabel.Add(labels[i], group[i] = counts.Count);
                counts.Add(0);
            }

            counts[group[i]]++;
        }

        var start = 0;
        foreach (ref var entry in CollectionsMarshal.AsSpan(counts))
            (entry, start) = (start, start + entry);
        return [.. counts];
    }
}
