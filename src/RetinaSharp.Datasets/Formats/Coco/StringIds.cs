namespace RetinaSharp.Datasets.Formats;

/// <summary>Assigns the numbers 1, 2, … to the string ids of an annotation file.</summary>
internal sealed class StringIds
{
    private readonly Dictionary<string, long> _numbers = [];

    /// <summary>The string ids so far, with their numbers.</summary>
    public IReadOnlyDictionary<string, long> Numbers => _numbers;

    /// <summary>Returns the number of a string id; a new id gets the next number.</summary>
    public long? GetOrAdd(string id)
    {
        if (!_numbers.TryGetValue(id, out var number))
            _numbers.Add(id, number = _numbers.Count + 1);
        return number;
    }
}
