namespace RetinaSharp.Cli;

/// <summary>Exit codes of the command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>An unknown verb or option, or a bad value.</summary>
    public const int WrongUsage = 2;

    /// <summary>A dataset, an image or a model file cannot be used.</summary>
    public const int BadData = 3;

    /// <summary>The engine or the device is not available.</summary>
    public const int Unavailable = 4;

    public const int Cancelled = 130;
}
