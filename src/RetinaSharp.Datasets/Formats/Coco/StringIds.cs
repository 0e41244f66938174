namespace RetinaSharp.Datasets.Formats;

/// <summary>Assigns the numbers 1, 2, … to the string ids of an annotation file.</summary>
internal sealed class StringIds
{
    private readonly Dictionary<string, long> _numbers = [];

    public StringIds() => GetOrAdd = Find;

    /// <summary>Returns the number of a string id; a new id gets the next number. Created once, because it is passed for each id of a file.</summary>
    public Func<string, long?> GetOrAdd { get; }

    /// <summary>The string ids so far, with their numbers.</summary>
    public IReadOnlyDictionary<string, long> Numbers => _numbers;

    private long? Find(string id)
    {
        if (!_numbers.TryGetValue(id, out var number))
            _numbers.Add(id, number = _numbers.Count + 1);
        return number;
    }
}
