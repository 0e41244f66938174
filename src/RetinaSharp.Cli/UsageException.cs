namespace RetinaSharp.Cli;

/// <summary>The command was called wrongly: names the option or argument, and what it takes.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Does what depends on the user's arguments only, so that an argument refused there is the user's.</summary>
    public static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(WithoutParameter(error));
        }
    }

    private static string WithoutParameter(ArgumentException error) => error.ParamName is null
        ? error.Message
        : error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal);
}
