namespace RetinaSharp.Cli;

/// <summary>The command line is wrong; the message names the option or argument and its allowed values.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs a check of values that the user gave, and reports a refused one as wrong usage.</summary>
    /// <exception cref="UsageException">The check threw <see cref="ArgumentException"/>.</exception>
    public static void Guard(Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.ParamName is null ? error.Message : error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal));
        }
    }
}
