namespace RetinaSharp.Architecture.Tests;

internal static class Violations
{
    /// <summary>Fails with all of them, one a line.</summary>
    public static void None(IEnumerable<string> violations)
    {
        var all = string.Join('\n', violations);
        Assert.True(all.Length == 0, all);
    }
}
