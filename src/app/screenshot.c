/*
 * Pictures of pages: one Chromium, one page in it, shown anew for each view.
 */
#include "app/screenshot.h"

#include "app/devtools.h"
#include "base/mem.h"
#include "mail/codec.h"

#include <stdlib.h>

struct screenshot {
	struct devtools *devtools;
	json_t *frame; /* the page's frame, by its id */
};

const struct screenshot_view screenshot_views[] = {
	{"desktop-light", 900, 800, 1, false, false},
	{"desktop-dark", 900, 800, 1, false, true},
	{"phone-light", 390, 844, 2, true, false},
	{"phone-dark", 390, 844, 2, true, true},
};

const size_t screenshot_view_count = sizeof(screenshot_views) / sizeof(screenshot_views[0]);

static enum status prepare(struct screenshot *screenshot, struct err *err)
{
	struct devtools *devtools = screenshot->devtools;
	json_t *tree = NULL, *frame;
	enum status status = devtools_call(devtools, "Page.enable", NULL, NULL, err);

	if (status == OK)
		status = devtools_call(devtools, "Emulation.setScriptExecutionDisabled",
			json_pack("{s:b}", "value", true), NULL, err);
	if (status == OK)
		status = devtools_call(devtools, "Network.enable", NULL, NULL, err);
	if (status == OK)
		status = devtools_call(devtools, "Network.emulateNetworkConditions",
			json_pack("{s:b,s:i,s:i,s:i}", "offline", true, "latency", 0, "downloadThroughput",
				-1, "uploadThroughput", -1),
			NULL, err);
	if (status == OK)
		status = devtools_call(devtools, "Page.getFrameTree", NULL, &tree, err);
	frame = json_object_get(json_object_get(json_object_get(tree, "frameTree"), "frame"), "id");
	if (status == OK && !frame)
		status = err_set(err, E_IO, "Chromium's page has no frame");
	screenshot->frame = json_incref(frame);
	json_decref(tree);
	return status;
}

enum status screenshot_open(struct screenshot **out, struct err *err)
{
	struct screenshot *screenshot = mem_alloc(sizeof(*screenshot));
	enum status status = devtools_open(&screenshot->devtools, err);

	if (status == OK)
		status = prepare(screenshot, err);
	if (status != OK) {
		screenshot_close(screenshot);
		return status;
	}
	*out = screenshot;
	return OK;
}

void screenshot_close(struct screenshot *screenshot)
{
	if (!screenshot)
		return;
	json_decref(screenshot->frame);
	devtools_close(screenshot->devtools);
	free(screenshot);
}

static enum status set_screen(
	struct screenshot *screenshot, const struct screenshot_view *view, struct err *err)
{
	enum status status = devtools_call(screenshot->devtools, "Emulation.setDeviceMetricsOverride",
		json_pack("{s:i,s:i,s:i,s:b}", "width", (int)view->width, "height", (int)view->height,
			"deviceScaleFactor", (int)view->pixels_per_pixel, "mobile", view->is_phone),
		NULL, err);

	if (status != OK)
		return status;
	return devtools_call(screenshot->devtools, "Emulation.setEmulatedMedia",
		json_pack("{s:s,s:[{s:s,s:s}]}", "media", "screen", "features", "name",
			"prefers-color-scheme", "value", view->is_dark ? "dark" : "light"),
		NULL, err);
}

/* How high the page is, within the ceiling. */
static enum status measure(struct screenshot *screenshot, int *height, struct err *err)
{
	json_t *metrics = NULL;
	enum status status =
		devtools_call(screenshot->devtools, "Page.getLayoutMetrics", NULL, &metrics, err);
	double found =
		json_number_value(json_object_get(json_object_get(metrics, "cssContentSize"), "height"));

	if (status == OK && !(found >= 1))
		status = err_set(err, E_IO, "Chromium doesn't say how high the page is");
	*height = found > SCREENSHOT_HEIGHT_MAX ? (int)SCREENSHOT_HEIGHT_MAX : (int)found;
	json_decref(metrics);
	return status;
}

enum status screenshot_take(struct screenshot *screenshot, struct span html,
	const struct screenshot_view *view, struct str *png, struct err *err)
{
	struct devtools *devtools = screenshot->devtools;
	json_t *picture = NULL;
	enum status status = set_screen(screenshot, view, err);
	int height = 0;

	/* Loaded means: its images are there too. */
	if (status == OK)
		status = devtools_call_until(devtools, "Page.setDocumentContent",
			json_pack("{s:O,s:s%}", "frameId", screenshot->frame, "html", html.ptr, html.len),
			"Page.loadEventFired", err);
	if (status == OK)
		status = measure(screenshot, &height, err);
	if (status == OK)
		status = devtools_call(devtools, "Page.captureScreenshot",
			json_pack("{s:s,s:b,s:{s:i,s:i,s:i,s:i,s:i}}", "format", "png",
				"captureBeyondViewport", true, "clip", "x", 0, "y", 0, "width",
				(int)view->width, "height", height, "scale", 1),
			&picture, err);
	if (status == OK)
		status = codec_base64_decode(
			span_of(json_string_value(json_object_get(picture, "data"))), png, err);
	json_decref(picture);
	return status == OK ? str_status(png, "the picture", err) : status;
}
