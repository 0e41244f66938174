using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RetinaSharp.AspNetCore.Tests;

/// <summary>A service on a free port of this machine, with one model named "colors".</summary>
internal sealed class TestService : IAsyncDisposable
{
    /// <summary>Longer than anything takes; a test that waits so long fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestService(WebApplication application, TestEngine engine) => (Application, Engine) = (application, engine);

    public WebApplication Application { get; }

    public TestEngine Engine { get; }

    public Uri Address => new(Application.Urls.First());

    public HttpClient Client { get; private set; } = new();

    /// <summary>Starts a service, and waits until its model is ready.</summary>
    public static async Task<TestService> StartAsync(
        Action<ServingOptions>? serving = null, Action<IServiceCollection>? services = null, Action<ServedModelOptions>? model = null, Action<IEndpointConventionBuilder>? map = null, bool waitUntilReady = true, string prefix = "")
    {
        var engine = new TestEngine();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRetinaDetector("colors", options =>
        {
            (options.Path, options.Load) = ("colors.safetensors", _ => engine.Detector);
            model?.Invoke(options);
        });
        builder.Services.Configure<ServingOptions>(options =>
        {
            options.ReloadInterval = TimeSpan.Zero;
            serving?.Invoke(options);
        });
        services?.Invoke(builder.Services);
        var application = builder.Build();
        var endpoints = application.MapGroup(prefix).MapRetinaDetector();
        map?.Invoke(endpoints);
        await application.StartAsync();
        var service = new TestService(application, engine);
        // On a busy machine, the answer to Expect: 100-continue takes more than the second that is the default.
        service.Client = new(new SocketsHttpHandler { Expect100ContinueTimeout = Patience }) { BaseAddress = new(service.Address, prefix + "/"), Timeout = Patience };
        if (waitUntilReady)
            await service.WaitUntilReadyAsync();
        return service;
    }

    public async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!(await Client.GetAsync("health/ready", limit.Token)).IsSuccessStatusCode)
            await Task.Delay(5, limit.Token);
    }

    public Task<HttpResponseMessage> PostImageAsync(byte[] image, string url = "/v1/detect", CancellationToken cancellationToken = default) =>
        PostAsync(url, image, "image/png", cancellationToken);

    public Task<HttpResponseMessage> PostAsync(string url, byte[] body, string? contentType, CancellationToken cancellationToken = default)
    {
        var content = new ByteArrayContent(body);
        if (contentType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return Client.PostAsync(url, content, cancellationToken);
    }

    /// <summary>Asserts the status of a response, and returns its JSON.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Asserts the status, type and reason of a problem.</summary>
    public static async Task<JsonElement> ReadProblemAsync(HttpResponseMessage response, HttpStatusCode status, string reason)
    {
        var problem = await ReadAsync(response, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Engine.Release();
        Client.Dispose();
        await Application.DisposeAsync();
    }
}
