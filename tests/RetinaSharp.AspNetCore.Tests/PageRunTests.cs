namespace RetinaSharp.AspNetCore.Tests;

/// <summary>What the page does when an image or the webcam takes the place of another.</summary>
public class PageRunTests
{
    [BrowserFact]
    public async Task Open_SecondImageBeforeTheFirstResponse_StaysAndOthersAreClosed()
    {
        await using var service = await TestService.StartAsync();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(service.Address.AbsoluteUri, 1280);
        // Responses come when the test says so.
        await browser.EvaluateAsync("""
            [window.pictures, window.answers, window.create] = [[], [], createImageBitmap];
            createImageBitmap = async blob => (pictures.push(await create(blob)), pictures.at(-1));
            call = () => new Promise(answer => answers.push(answer));
            0
            """);
        await OpenAsync(1);
        await OpenAsync(2);

        await AnswerAsync(2);
        await AnswerAsync(1);
        Assert.Equal(2, (await browser.EvaluateAsync("state.result.width")).GetInt32());
        Assert.Equal("[0,300]", await WidthsAsync());

        await OpenAsync(3);
        await AnswerAsync(3);
        Assert.Equal("[0,0,300]", await WidthsAsync());

        Task OpenAsync(int count) => browser.EvaluateAsync($$"""
            new Promise(done => document.createElement('canvas').toBlob(async blob => {
              open(blob);
              while (answers.length < {{count}}) await new Promise(requestAnimationFrame);
              done(0);
            }))
            """);

        Task AnswerAsync(int count) => browser.EvaluateAsync($$"""answers[{{count}} - 1]({ detections: [], width: {{count}}, height: 1 }), 0""");

        // The width of a closed picture is 0.
        async Task<string?> WidthsAsync() => (await browser.EvaluateAsync("JSON.stringify(pictures.map(picture => picture.width))")).GetString();
    }

    [BrowserFact]
    public async Task StartCamera_MoreClicksWhileTheBrowserAsks_OnlyTheLastCounts()
    {
        await using var service = await TestService.StartAsync();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(service.Address.AbsoluteUri, 1280);
        await browser.EvaluateAsync("""
            [window.prompts, window.stopped] = [[], 0];
            navigator.mediaDevices.getUserMedia = () => new Promise((grant, refuse) => prompts.push({ grant, refuse }));
            startCamera(), startCamera(), startCamera();
            0
            """);

        await browser.EvaluateAsync("prompts[0].grant({ getTracks: () => [{ stop: () => stopped++ }] }), 0");
        Assert.Equal(1, (await browser.EvaluateAsync("stopped")).GetInt32());
        await browser.EvaluateAsync("prompts[1].refuse(new Error('refused')), 0");
        Assert.NotEqual("error", await StatusAsync());
        await browser.EvaluateAsync("prompts[2].refuse(new Error('refused')), 0");
        Assert.Equal("error", await StatusAsync());

        async Task<string?> StatusAsync() => (await browser.EvaluateAsync("document.getElementById('status').className")).GetString();
    }

    [BrowserFact]
    public async Task Open_WhileTheBrowserAsksForTheWebcam_StopsItsStream()
    {
        await using var service = await TestService.StartAsync();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(service.Address.AbsoluteUri, 1280);

        await browser.EvaluateAsync("""
            window.stopped = 0;
            navigator.mediaDevices.getUserMedia = () => new Promise(grant => window.grant = grant);
            startCamera();
            open(new Blob(['no image']));
            grant({ getTracks: () => [{ stop: () => stopped++ }] });
            0
            """);

        Assert.Equal(1, (await browser.EvaluateAsync("stopped")).GetInt32());
        Assert.True((await browser.EvaluateAsync("state.camera === null")).GetBoolean());
    }
}
