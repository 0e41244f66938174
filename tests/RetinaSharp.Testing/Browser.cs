using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>A headless Chromium with one page, spoken to in its DevTools protocol.</summary>
public sealed class Browser : IAsyncDisposable
{
    private const string Overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("retinasharp");
    private readonly ClientWebSocket _socket = new();
    private readonly Process _process;
    private readonly List<string> _faults = [];
    private readonly List<string> _requests = [];
    private string? _session;
    private int _messages;
    private bool _isLoaded;

    private Browser() => _process = Process.Start(new ProcessStartInfo(Executable!,
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "about:blank",
    ])
    {
        RedirectStandardError = true,
    })!;

    /// <summary>The browser's program; null where there is none.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Messages on the console from warnings up, and uncaught errors, of the page that is open.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>What the page that is open asked for, itself included.</summary>
    public IReadOnlyList<string> Requests => _requests;

    /// <summary>Starts a browser with an empty page.</summary>
    public static async Task<Browser> StartAsync()
    {
        var browser = new Browser();
        try
        {
            await browser.ConnectAsync();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a file in a window of a width, and waits until it is laid out.</summary>
    public async Task OpenAsync(string path, int width, bool isDark = false)
    {
        _faults.Clear();
        _requests.Clear();
        _isLoaded = false;
        await SetWindowAsync(width, isDark);
        await SendAsync("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        while (!_isLoaded)
            await ReceiveAsync();
        await SettleAsync();
    }

    /// <summary>Changes the window of the page that is open.</summary>
    public async Task ChangeAsync(int width, bool isDark, bool isPrinted = false)
    {
        await SetWindowAsync(width, isDark, isPrinted);
        await SettleAsync();
    }

    /// <summary>The value of a JavaScript expression.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var error), $"{expression}: {error}");
        return answer.GetProperty("result").GetProperty("value");
    }

    /// <summary>The number of pixels by which the page that is open is wider than the window.</summary>
    public async Task<int> OverflowAsync() => (await EvaluateAsync(Overflow)).GetInt32();

    /// <summary>
    /// Opens a report in a window of a width, and checks what holds for every report: no errors, no requests and no scripts, every picture is shown, and
    /// nothing is wider than the window.
    /// </summary>
    /// <param name="path">Path of the report.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="pictures">Number of pictures that the report has.</param>
    /// <param name="isDark">Whether the user prefers dark colors.</param>
    public async Task CheckReportAsync(string path, int width, int pictures, bool isDark = false)
    {
        await OpenAsync(path, width, isDark);
        Assert.Empty(Faults);
        Assert.Equal(new Uri(path).AbsoluteUri, Requests[0]);
        Assert.All(Requests.Skip(1), request => Assert.StartsWith("data:", request));
        Assert.Equal(0, await OverflowAsync());
        Assert.Equal(pictures, (await EvaluateAsync("[...document.images].filter(image => image.naturalWidth > 0 && image.getBoundingClientRect().width > 0).length")).GetInt32());
        Assert.Equal(pictures, (await EvaluateAsync("document.images.length")).GetInt32());
        // What tries to be markup in the names has become none.
        Assert.Equal(0, (await EvaluateAsync("document.scripts.length")).GetInt32());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // One of its processes is still ending and writes there; the folder is a temporary one.
        }
    }

    private async Task SetWindowAsync(int width, bool isDark, bool isPrinted = false)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await SendAsync("Emulation.setEmulatedMedia", new()
        {
            ["media"] = isPrinted ? "print" : "",
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
        });
    }

    /// <summary>Waits until what is under way has been painted.</summary>
    private Task SettleAsync() =>
        EvaluateAsync("new Promise(done => { let frames = 5; const next = () => frames-- ? requestAnimationFrame(next) : done(0); next(); })");

    private async Task ConnectAsync()
    {
        const string announcement = "DevTools listening on ";
        using var limit = new CancellationTokenSource(Patience);
        string? line;
        do
            line = await _process.StandardError.ReadLineAsync(limit.Token);
        while (line is not null && !line.StartsWith(announcement, StringComparison.Ordinal));
        Assert.True(line is not null, "the browser ended before it listened");
        // What else it says is read, so that it does not wait for a reader.
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);

        await _socket.ConnectAsync(new Uri(line[announcement.Length..]), limit.Token);
        var target = await SendAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        var attached = await SendAsync("Target.attachToTarget", new() { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true });
        _session = attached.GetProperty("sessionId").GetString();
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await SendAsync($"{domain}.enable", []);
    }

    private async Task<JsonElement> SendAsync(string method, JsonObject parameters)
    {
        var id = ++_messages;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
            message["sessionId"] = _session;
        using var limit = new CancellationTokenSource(Patience);
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            var answer = await ReceiveAsync();
            if (!answer.TryGetProperty("id", out var answered) || answered.GetInt32() != id)
                continue;
            Assert.False(answer.TryGetProperty("error", out var error), $"{method}: {error}");
            return answer.GetProperty("result");
        }
    }

    /// <summary>The next message; what it says of the page is noted.</summary>
    private async Task<JsonElement> ReceiveAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            bytes.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        var message = JsonDocument.Parse(bytes.ToArray()).RootElement;
        if (!message.TryGetProperty("method", out var method))
            return message;
        var parameters = message.GetProperty("params");
        switch (method.GetString())
        {
            case "Page.loadEventFired":
                _isLoaded = true;
                break;
            case "Network.requestWillBeSent":
                _requests.Add(parameters.GetProperty("request").GetProperty("url").GetString()!);
                break;
            case "Network.webSocketCreated":
                _requests.Add(parameters.GetProperty("url").GetString()!);
                break;
            case "Runtime.exceptionThrown":
                _faults.Add(parameters.GetProperty("exceptionDetails").ToString());
                break;
            case "Runtime.consoleAPICalled" when parameters.GetProperty("type").GetString() is "error" or "warning" or "assert":
                _faults.Add(parameters.GetProperty("args").ToString());
                break;
            case "Log.entryAdded" when parameters.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                _faults.Add(parameters.GetProperty("entry").GetProperty("text").GetString()!);
                break;
        }

        return message;
    }
}
