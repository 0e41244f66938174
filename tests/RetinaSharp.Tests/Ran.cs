using System.Diagnostics;

namespace RetinaSharp.Tests;

/// <summary>What a program gave.</summary>
internal sealed record Ran(int Code, string Out, string Error)
{
    public static Ran Program(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    /// <summary>Runs a sample, which lies beside the tests.</summary>
    public static Ran Sample(string name, params string[] arguments) =>
        Program("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments]);

    /// <summary>Asserts that all went well.</summary>
    public Ran IsDone()
    {
        Assert.True(Code == 0, $"exit code {Code}\n{Out}\n{Error}");
        return this;
    }
}
