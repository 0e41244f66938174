using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>The result of a program.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Out">The text on stdout.</param>
/// <param name="Error">The text on stderr.</param>
public sealed record CommandResult(int Code, string Out, string Error)
{
    /// <summary>Stdout, which has to be one JSON document.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Out);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Runs a program and waits for its end.</summary>
    public static CommandResult Program(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    /// <summary>Asserts an exit code, nothing on stdout, and on stderr these words but no stack trace.</summary>
    public void IsRefused(int code, params string[] words)
    {
        Assert.True(code == Code, $"exit code {Code}: {Error}");
        Assert.Empty(Out);
        Assert.All(words, word => Assert.Contains(word, Error));
        Assert.DoesNotContain("   at ", Error);
    }

    /// <summary>Asserts the exit code 0.</summary>
    /// <returns>This result.</returns>
    public CommandResult IsDone()
    {
        Assert.True(Code == 0, $"exit code {Code}\n{Out}\n{Error}");
        return this;
    }
}
