namespace RetinaSharp.Datasets.Formats;

/// <summary>Numbers the ids of an annotation file that are strings, from 1.</summary>
internal sealed class CocoIds
{
    private readonly Dictionary<string, long> _numbers = [];

    /// <summary>The strings so far, with their numbers.</summary>
    public IReadOnlyDictionary<string, long> Numbers => _numbers;

    /// <summary>Returns the number of a string; a new string gets the next number.</summary>
    public long? GetNumber(string id)
    {
        if (!_numbers.TryGetValue(id, out var number))
            _numbers.Add(id, number = _numbers.Count + 1);
        return number;
    }
}
