namespace RetinaSharp.Cli;

/// <summary>Thrown if the command line is wrong. The message names the option or argument, and its allowed values.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs a check of values from the command line, and converts its <see cref="ArgumentException"/> to a <see cref="UsageException"/>.</summary>
    /// <exception cref="UsageException">The check rejected a value.</exception>
    public static void Guard(Action check) => Guard<object?>(() =>
    {
        check();
        return null;
    });

    /// <summary>Computes something from the command line, and converts an <see cref="ArgumentException"/> to a <see cref="UsageException"/>.</summary>
    /// <exception cref="UsageException">A value was rejected.</exception>
    public static T Guard<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.ParamName is null ? error.Message : error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal));
        }
    }
}
