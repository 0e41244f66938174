namespace RetinaSharp.Cli;

/// <summary>What the command's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    public const int WrongUsage = 2;

    public const int BadData = 3;

    public const int Unavailable = 4;

    public const int Cancelled = 130;
}
