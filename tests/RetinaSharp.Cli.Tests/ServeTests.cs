using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using RetinaSharp.Cli.Serving;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

public sealed class ServeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Scenes = Path.Combine(Repository.Root, "models", "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Serve_ModelsOfBothEngines_AnswersUntilItIsCanceledAndEndsWithZero()
    {
        var second = _folder.At("my scenes.onnx");
        CommandResult.Retina("export", "onnx", Scenes, "--out", second, "--no-check").IsDone();
        var keys = _folder.Write("keys.txt", "# clients\n\n  key-of-a-client  \n");
        using var stop = new CancellationTokenSource();
        using var stdout = new AnnouncedOutput();
        using var stderr = new StringWriter();

        var running = Task.Run(() => RetinaCommand.Run(["serve", Scenes, second, "--port", "0", "--api-key-file", keys, "--precision", "fp32", "--json"], stdout, Consoles.Over(stderr), stop.Token));
        var started = JsonDocument.Parse(await stdout.Written.WaitAsync(Patience)).RootElement;
        using var client = new HttpClient { BaseAddress = new(started.GetProperty("url").GetString()!) };
        using var image = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "docs", "images", "detections.png"))) { Headers = { ContentType = new("image/png") } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/v1/models")).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "key-of-a-client");
        using var limit = new CancellationTokenSource(Patience);
        while (!(await client.GetAsync("/health/ready", limit.Token)).IsSuccessStatusCode)
            await Task.Delay(20, limit.Token);

        foreach (var name in (string[])["scenes", "my-scenes"])
            Assert.NotEqual(0, JsonDocument.Parse(await (await client.PostAsync($"/v1/models/{name}/detect", image)).Content.ReadAsStringAsync()).RootElement.GetProperty("detections").GetArrayLength());
        Assert.Equal(["scenes", "my-scenes"], started.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        await stop.CancelAsync();

        Assert.Equal(ExitCode.Done, await running.WaitAsync(Patience));
        Assert.Contains("Serving scenes, my-scenes at http://127.0.0.1:", stderr.ToString());
        Assert.Contains("Stopping", stderr.ToString());
    }

    [Fact]
    public void Serve_WrongModelsAndOptions_AreRefused()
    {
        var noKeys = _folder.Write("no keys", "# none\n");
        _folder.Write("broken.safetensors", "text");

        CommandResult.Retina("serve", _folder.At("missing.safetensors")).IsRefused(ExitCode.BadData, "missing.safetensors");
        CommandResult.Retina("serve", _folder.At("broken.safetensors"), "--port", "0").IsRefused(ExitCode.BadData, "broken.safetensors");
        CommandResult.Retina("serve", Scenes, Scenes).IsRefused(ExitCode.WrongUsage, "scenes.safetensors is given twice");
        CommandResult.Retina("serve", Scenes, _folder.Write("scenes.safetensors", "")).IsRefused(ExitCode.WrongUsage, "two models are named 'scenes'");
        CommandResult.Retina("serve", Scenes, "--port", "70000").IsRefused(ExitCode.WrongUsage, "--port", "65535");
        CommandResult.Retina("serve", Scenes, "--host", "example").IsRefused(ExitCode.WrongUsage, "--host", "'example' is not an IP address");
        CommandResult.Retina("serve", Scenes, "--api-key-file", noKeys).IsRefused(ExitCode.WrongUsage, "there are no keys");
        CommandResult.Retina("serve", Scenes, "--samples", _folder.At("none")).IsRefused(ExitCode.WrongUsage, "--samples", "no such folder");
    }

    [Fact]
    public void Serve_PortInUse_FailsWithTheAddress()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        CommandResult.Retina("serve", Scenes, "--port", $"{port}").IsRefused(ExitCode.Failed, $"127.0.0.1:{port}");
    }

    [Fact]
    public void ServedPath_FilesAndFolders_AreNamedForUrls()
    {
        _folder.Write("run 1/best.safetensors", "");
        _folder.Write("größe.v2.onnx", "");

        var models = ServedPath.Create([_folder.At("run 1") + Path.DirectorySeparatorChar, _folder.At("größe.v2.onnx")]);

        Assert.Equal(["run-1", "gr--e.v2"], models.Select(model => model.Name));
        Assert.Equal([_folder.At("run 1", "best.safetensors"), _folder.At("größe.v2.onnx")], models.Select(model => Path.GetFullPath(model.Path)));
    }

    /// <summary>Completes a task with the first text that is written.</summary>
    private sealed class AnnouncedOutput : StringWriter
    {
        private readonly TaskCompletionSource<string> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Written => _written.Task;

        public override void WriteLine(string? value) => _written.TrySetResult(value!);
    }
}
