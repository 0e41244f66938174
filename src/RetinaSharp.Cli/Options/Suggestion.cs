using System.CommandLine;

namespace RetinaSharp.Cli.Options;

/// <summary>Finds the verb or option that a misspelled token most likely stands for.</summary>
internal static class Suggestion
{
    // Minimum length of a prefix that counts as close; shorter ones match too many names.
    private const int MinPrefix = 3;

    /// <summary>Returns a sentence such as " Did you mean 'train'?"; empty if no name is close to the token.</summary>
    /// <param name="token">The unrecognized token.</param>
    /// <param name="command">The command whose verbs and options are candidates.</param>
    public static string Sentence(string token, Command command)
    {
        var candidates = token.StartsWith('-') ? command.Options.Select(option => option.Name) : command.Subcommands.Select(verb => verb.Name);
        return candidates.Where(name => IsClose(token, name)).MinBy(name => EditDistance(token, name)) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }

    private static bool IsClose(string token, string name) =>
        EditDistance(token, name) <= Math.Max(1, name.TrimStart('-').Length / 3)
        || (token.TrimStart('-').Length >= MinPrefix && (name.StartsWith(token, StringComparison.Ordinal) || token.StartsWith(name, StringComparison.Ordinal)));

    /// <summary>
    /// Computes the optimal string alignment distance: the number of insertions, deletions, substitutions and swaps of adjacent characters.
    /// </summary>
    private static int EditDistance(string a, string b)
    {
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }

                distance[i, j] = Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }

        return distance[a.Length, b.Length];
    }
}
