using System.Diagnostics;
using System.Text.Json;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

/// <summary>What a call of the command gave.</summary>
internal sealed record Ran(int Code, string Out, string Error)
{
    /// <summary>Stdout as the one JSON document that it has to be.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Out);
            return document.RootElement.Clone();
        }
    }

    public static Ran Retina(params string[] args) => Retina(default, args);

    public static Ran Retina(CancellationToken cancellationToken, params string[] args)
    {
        using StringWriter stdout = new(), stderr = new();
        var code = RetinaCommand.Run(args, stdout, Consoles.Over(stderr), cancellationToken);
        return new(code, stdout.ToString(), stderr.ToString());
    }

    /// <summary>Starts the command as a process of its own, for those that are to be killed. What it says is thrown away.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(RetinaCommand).Assembly.Location, .. args])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Asserts that the call was refused, with nothing on stdout, and with these words on stderr.</summary>
    public void IsRefused(int code, params string[] words)
    {
        Assert.True(code == Code, $"exit code {Code}: {Error}");
        Assert.Empty(Out);
        Assert.All(words, word => Assert.Contains(word, Error));
        Assert.DoesNotContain("   at ", Error);
    }

    /// <summary>Asserts that all went well.</summary>
    public Ran IsDone()
    {
        Assert.True(Code == ExitCode.Done, $"exit code {Code}: {Error}");
        return this;
    }
}
