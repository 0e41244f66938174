using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Diagnostics;

namespace RetinaSharp.AspNetCore.Models;

/// <summary>Loads the models when the host starts, looks at their files from then on, and releases them when the host stops.</summary>
/// <remarks>Files are polled: notifications of the file system do not come from network drives and from volumes of containers.</remarks>
internal sealed class ModelWatcher(ModelCatalog catalog, IOptions<ServingOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ModelWatcher> logger) : BackgroundService
{
    private CancellationTokenRegistration _stopping;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.Register(() =>
        {
            logger.Stopping(catalog.Models.Sum(model => model.Slots.Used));
            foreach (var model in catalog.Models)
                model.Stop();
        });
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(catalog.Models.Select(model => model.ReleaseAsync())).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Loading blocks; the host starts meanwhile.
        await Task.Yield();
        await RefreshAsync(stoppingToken).ConfigureAwait(false);
        if (options.Value.ReloadInterval == TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(options.Value.ReloadInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            await RefreshAsync(stoppingToken).ConfigureAwait(false);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (var model in catalog.Models)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await model.RefreshAsync().ConfigureAwait(false);
        }
    }
}
