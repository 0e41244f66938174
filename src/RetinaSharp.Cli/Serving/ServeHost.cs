using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RetinaSharp.AspNetCore;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Serving;

/// <summary>Runs the HTTP service.</summary>
internal static class ServeHost
{
    // Each may hold a request's body in memory.
    private const int MaxConnections = 256;

    // Clients that send their headers byte by byte, or nothing, must not occupy the connections.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Serves until the session is canceled, and finishes the requests that are there.</summary>
    /// <param name="settings">What is served.</param>
    /// <param name="session">Receives the messages of the service.</param>
    /// <param name="started">Called with the URL when the service listens.</param>
    public static async Task RunAsync(ServeSettings settings, Session session, Action<string> started)
    {
        // A model that cannot be loaded at all is an error of the command, not of a request.
        var loaded = new Dictionary<string, (IObjectDetector Detector, DateTime Modified)>();
        try
        {
            foreach (var model in settings.Models)
            {
                var modified = File.GetLastWriteTimeUtc(model.Path);
                loaded.Add(model.Path, (settings.Load(model.Path), modified));
            }

            await using var application = Create(settings, Load, session);
            await application.StartAsync(session.CancellationToken).ConfigureAwait(false);
            started(application.Urls.First());
            await application.WaitForShutdownAsync(session.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (detector, _) in loaded.Values)
                detector.Dispose();
        }

        // A file that was replaced since then is loaded again: the service looks at its time only now.
        IObjectDetector Load(string path)
        {
            if (!loaded.Remove(path, out var first))
                return settings.Load(path);
            if (File.GetLastWriteTimeUtc(path) == first.Modified)
                return first.Detector;
            first.Detector.Dispose();
            return settings.Load(path);
        }
    }

    private static WebApplication Create(ServeSettings settings, Func<string, IObjectDetector> load, Session session)
    {
        // An empty builder reads no settings files and environment variables of other applications.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            kestrel.Listen(settings.Address, settings.Port);
        });
        builder.Logging.AddProvider(new ServeLogging(session.Output));
        // The command handles the signals itself.
        builder.Services.AddSingleton<IHostLifetime, SessionLifetime>();
        builder.Services.Configure(settings.Configure);
        foreach (var model in settings.Models)
            builder.Services.AddRetinaDetector(model.Name, options => (options.Path, options.Load, options.Concurrency) = (model.Path, load, settings.Concurrency));
        var application = builder.Build();
        application.MapRetinaDetector();
        return application;
    }

    /// <summary>A lifetime that ends with the session only.</summary>
    private sealed class SessionLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
