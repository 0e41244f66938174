using System.Collections;

namespace RetinaSharp.Cli.Options;

/// <summary>The values that an option takes, by their names on the command line.</summary>
internal sealed class Choices<T> : IEnumerable<string>
{
    private readonly List<(string Name, T Value)> _choices = [];

    public void Add(string name, T value) => _choices.Add((name, value));

    /// <exception cref="FormatException">There is no such name.</exception>
    public T Parse(string text)
    {
        foreach (var (name, value) in _choices)
            if (name == text)
                return value;
        throw new FormatException($"'{text}' is none of {ToString()}");
    }

    public IEnumerator<string> GetEnumerator() => _choices.Select(choice => choice.Name).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join('|', this);
}
