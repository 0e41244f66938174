namespace RetinaSharp.Cli;

/// <summary>Thrown if the command line is wrong. The message names the option or argument, and its allowed values.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs a check of values from the command line, and converts its <see cref="ArgumentException"/> to a <see cref="UsageException"/>.</summary>
    /// <exception cref="UsageException">The check rejected a value.</exception>
    public static void Guard(Action check) => Guard(() =>
    {
        check();
        return true;
    });

    /// <summary>Runs work that takes values from the command line, and converts its <see cref="ArgumentException"/> to a <see cref="UsageException"/>.</summary>
    /// <exception cref="UsageException">The work rejected a value.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.ParamName is null ? error.Message : error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal));
        }
    }
}
