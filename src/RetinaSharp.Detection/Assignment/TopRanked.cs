using System.Runtime.InteropServices;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Keeps the indices with the highest ranks of those offered. Equal ranks are ordered by ascending index, in whatever order they are offered.</summary>
internal sealed class TopRanked
{
    private readonly List<(double Rank, int Index)> _items = [];
    private int _capacity;

    /// <summary>The indices kept and their ranks, the highest rank first.</summary>
    public ReadOnlySpan<(double Rank, int Index)> Items => CollectionsMarshal.AsSpan(_items);

    /// <summary>Removes all indices.</summary>
    /// <param name="capacity">Number of indices to keep from now on, at least 1.</param>
    public void Reset(int capacity)
    {
        _items.Clear();
        _capacity = capacity;
    }

    /// <summary>Offers an index. A rank that is NaN is never kept.</summary>
    public void Offer(int index, double rank)
    {
        var isFull = _items.Count == _capacity;
        if (double.IsNaN(rank) || (isFull && !Precedes(rank, index, _items[^1])))
            return;
        if (isFull)
            _items.RemoveAt(_items.Count - 1);
        var (from, to) = (0, _items.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (Precedes(rank, index, _items[middle]))
                to = middle;
            else
                from = middle + 1;
        }

        _items.Insert(from, (rank, index));
    }

    private static bool Precedes(double rank, int index, (double Rank, int Index) other) => rank > other.Rank || (rank == other.Rank && index < other.Index);
}
