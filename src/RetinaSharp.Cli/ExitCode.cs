namespace RetinaSharp.Cli;

/// <summary>Exit codes of the <c>retina</c> command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line has an unknown verb or option, or an invalid value.</summary>
    public const int WrongUsage = 2;

    /// <summary>A dataset, an image or a model file cannot be used.</summary>
    public const int BadData = 3;

    /// <summary>LibTorch, the imaging library or the device is not available.</summary>
    public const int Unavailable = 4;

    /// <summary>Another process or the network was lost: worth starting again.</summary>
    public const int Lost = 75;

    public const int Cancelled = 130;
}
