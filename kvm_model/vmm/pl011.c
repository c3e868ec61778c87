/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kvm_model/vmm/pl011.h"

#include <stdlib.h>

#include "cpu/arch/field.h"

/* Offsets, DDI 0183 table 3-1. */
enum pl011_register {
    UARTDR = 0x000,
    UARTRSR = 0x004,
    UARTFR = 0x018,
    UARTILPR = 0x020,
    UARTIBRD = 0x024,
    UARTFBRD = 0x028,
    UARTLCR_H = 0x02c,
    UARTCR = 0x030,
    UARTIFLS = 0x034,
    UARTIMSC = 0x038,
    UARTRIS = 0x03c,
    UARTMIS = 0x040,
    UARTICR = 0x044,
    UARTDMACR = 0x048,
    UARTPERIPHID0 = 0xfe0,
    UARTPCELLID3 = 0xffc,
};

static const struct field FR_RXFE = {4, 1};
static const struct field FR_TXFE = {7, 1};
static const struct field CR_UARTEN = {0, 1};
static const struct field CR_TXE = {8, 1};
static const struct field CR_RXE = {9, 1};
static const struct field INT_TX = {5, 1};
static const struct field INT_ALL = {0, 11};

#define IFLS_RESET 0x12u /* half full, both FIFOs */

/* UARTPeriphID0..3 (part 0x011, designer 0x41, revision 3), UARTPCellID0..3. */
static const uint8_t id_registers[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

bool pl011_init(struct pl011 *pl011)
{
    *pl011 = (struct pl011){
        .cr = (uint32_t)(field_mask(CR_TXE) | field_mask(CR_RXE)),
        .ifls = IFLS_RESET,
    };
    pl011->output = malloc(PL011_OUTPUT_MAX);
    return pl011->output != NULL;
}

void pl011_free(struct pl011 *pl011)
{
    free(pl011->output);
    pl011->output = NULL;
}

/* The storage of a plain read/write register, with the bits it implements; NULL for others. */
static uint32_t *rw_register(struct pl011 *pl011, uint64_t offset, uint32_t *mask)
{
    const struct {
        uint32_t offset, mask;
        uint32_t *storage;
    } rows[] = {
        {UARTILPR, 0xff, &pl011->ilpr},  {UARTIBRD, 0xffff, &pl011->ibrd},
        {UARTFBRD, 0x3f, &pl011->fbrd},  {UARTLCR_H, 0xff, &pl011->lcr_h},
        {UARTCR, 0xff87, &pl011->cr},    {UARTIFLS, 0x3f, &pl011->ifls},
        {UARTIMSC, 0x7ff, &pl011->imsc}, {UARTDMACR, 0x7, &pl011->dmacr},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].offset != offset)
            continue;
        *mask = rows[i].mask;
        return rows[i].storage;
    }
    return NULL;
}

static void transmit(struct pl011 *pl011, uint64_t value)
{
    if (!field_get(pl011->cr, CR_UARTEN) || !field_get(pl011->cr, CR_TXE))
        pl011->sent_disabled++;
    if (pl011->output_size < PL011_OUTPUT_MAX)
        pl011->output[pl011->output_size++] = (char)(uint8_t)value;
    else
        pl011->output_lost++;
    pl011->ris |= (uint32_t)field_mask(INT_TX); /* sent at once: the FIFO is empty again */
}

static uint64_t read(void *device, uint64_t offset, unsigned size)
{
    struct pl011 *pl011 = device;
    uint32_t mask, *storage = rw_register(pl011, offset, &mask);

    (void)size;
    pl011->reads++;
    if (storage)
        return *storage;
    if (offset >= UARTPERIPHID0 && offset <= UARTPCELLID3 && !(offset & 3))
        return id_registers[(offset - UARTPERIPHID0) / 4];
    switch (offset) {
    case UARTFR:
        return field_mask(FR_TXFE) | field_mask(FR_RXFE);
    case UARTRIS:
        return pl011->ris;
    case UARTMIS:
        return pl011->ris & pl011->imsc;
    default: /* UARTDR: nothing received; UARTRSR: no error; reserved */
        return 0;
    }
}

static void write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct pl011 *pl011 = device;
    uint32_t mask, *storage = rw_register(pl011, offset, &mask);

    (void)size;
    pl011->writes++;
    pl011->last_write = value;
    if (storage)
        *storage = (uint32_t)value & mask;
    else if (offset == UARTDR)
        transmit(pl011, value);
    else if (offset == UARTICR)
        pl011->ris &= ~(uint32_t)(value & field_mask(INT_ALL));
}

const struct device_ops pl011_ops = {
    .read = read, .write = write, .endian = DEVICE_LITTLE_ENDIAN, .impl = {.min = 4, .max = 4}};
